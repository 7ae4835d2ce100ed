import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** A row of `products`. PostgreSQL's bigint and numeric come as strings, as a double holds neither. */
export interface Product extends Model<InferAttributes<Product>, InferCreationAttributes<Product>> {
  id: CreationOptional<string>;
  sku: string;
  name: string;
  description: string | null;
  brand: string | null;
  price: string | null;
  currency: string | null;
  version: CreationOptional<string>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
  reviewCount: CreationOptional<string>;
  /** How many reviews gave 1, 2, 3, 4 and 5 stars. */
  distribution: CreationOptional<string[]>;
  /** Two decimals; null without reviews. */
  averageRating: CreationOptional<string | null>;
  ratingVersion: CreationOptional<string>;
  ratingUpdatedAt: CreationOptional<Date | null>;
}

export const defineProduct = (sequelize: Sequelize) =>
  sequelize.define<Product>(
    'Product',
    {
      id: { type: DataTypes.UUID, primaryKey: true },
      sku: DataTypes.TEXT,
      name: DataTypes.TEXT,
      description: DataTypes.TEXT,
      brand: DataTypes.TEXT,
      price: DataTypes.DECIMAL(12, 2),
      currency: DataTypes.TEXT,
      version: DataTypes.BIGINT,
      createdAt: DataTypes.DATE,
      updatedAt: DataTypes.DATE,
      reviewCount: DataTypes.BIGINT,
      distribution: DataTypes.ARRAY(DataTypes.BIGINT),
      averageRating: DataTypes.DECIMAL(3, 2),
      ratingVersion: DataTypes.BIGINT,
      ratingUpdatedAt: DataTypes.DATE,
    },
    // Times and versions are the triggers' business: they also hold for what is written by hand.
    { tableName: 'products', underscored: true, timestamps: false },
  );
