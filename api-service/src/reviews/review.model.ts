import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** A row of `reviews`. A set `deletedAt` marks a tombstone, from which everything personal is gone. */
export interface Review extends Model<InferAttributes<Review>, InferCreationAttributes<Review>> {
  id: CreationOptional<string>;
  productId: string;
  /** 1 to 5. */
  rating: number;
  title: string | null;
  text: string | null;
  authorId: CreationOptional<string | null>;
  authorName: string | null;
  /** Only approved reviews are listed and count. */
  status: CreationOptional<'pending' | 'approved' | 'rejected'>;
  /** bigint, as a string. */
  version: CreationOptional<string>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
  deletedAt: CreationOptional<Date | null>;
}

export const defineReview = (sequelize: Sequelize) =>
  sequelize.define<Review>(
    'Review',
    {
      id: { type: DataTypes.UUID, primaryKey: true },
      productId: DataTypes.UUID,
      rating: DataTypes.SMALLINT,
      title: DataTypes.TEXT,
      text: DataTypes.TEXT,
      authorId: DataTypes.TEXT,
      authorName: DataTypes.TEXT,
      status: DataTypes.TEXT,
      version: DataTypes.BIGINT,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
      deletedAt: DataTypes.DATE,
    },
    // Times and versions are the triggers' business: they also hold for what is written by hand.
    { tableName: 'reviews', underscored: true, timestamps: false },
  );
